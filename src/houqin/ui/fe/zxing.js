// zxing as WebAssembly, from this server: for the browsers that cannot read codes themselves.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

const KINDS = { formats: ['QRCode', 'DataMatrix', 'Code128', 'EAN13'], tryHarder: true, maxNumberOfSymbols: 1 }

prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith('.wasm') ? wasm : prefix + path) } })

export async function read(image) {
  const [code] = await readBarcodes(image, KINDS)
  return code?.isValid ? code.text : ''
}
