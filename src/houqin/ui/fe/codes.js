// Reading a code out of a picture: by the browser's own reader where it knows QR, else by zxing, which is fetched only then.
const OURS = ['qr_code', 'data_matrix', 'code_128', 'ean_13']
let reader

export const reads = () => reader ??= own().catch(() => null).then(found => found ?? zxing())

async function own() {
  const known = await globalThis.BarcodeDetector?.getSupportedFormats() ?? []
  if (!known.includes('qr_code')) return null
  const detector = new BarcodeDetector({ formats: OURS.filter(one => known.includes(one)) })
  return async picture => (await detector.detect(picture instanceof Blob ? await createImageBitmap(picture) : picture))[0]?.rawValue ?? ''
}

async function zxing() {
  const { read } = await import('./zxing.js')
  return read
}
