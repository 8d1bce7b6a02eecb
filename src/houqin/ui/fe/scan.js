// 扫码: the camera where the page is https (or localhost); a photo of the label everywhere; a typed code always.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { first } from './dom.js'

const KINDS = { formats: ['QRCode', 'DataMatrix', 'Code128', 'EAN13'], tryHarder: true, maxNumberOfSymbols: 1 }
const PAUSE = 120

prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith('.wasm') ? wasm : prefix + path) } })

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-scan]')) if (first(box, 'Scan')) start(box)
}

function start(box) {
  const [camera, begin, photo, typed, said] = ['.hq-camera', '[data-start]', '[data-photo]', 'input[name=code]', '[data-say]'].map(one => box.querySelector(one))
  const say = text => { said.textContent = text }
  const found = text => {
    say(`读到 ${text}，正在打开`)
    location.assign(address(text, box.dataset.scan))
  }
  photo.hidden = false
  photo.querySelector('input').addEventListener('change', async event => {
    const [file] = event.target.files
    if (!file) return
    say('正在读')
    const text = await read(file).catch(() => '')
    if (text) found(text)
    else say('照片里没有读到码。近一点、正一点再拍，或把标签上的短码打进来')
    event.target.value = ''
  })
  if (!navigator.mediaDevices?.getUserMedia) {
    say('这里不能直接用摄像头，拍一张标签也行')
    typed.focus()
    return
  }
  begin.hidden = false
  begin.addEventListener('click', async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
      const video = camera.querySelector('video')
      video.srcObject = stream
      camera.hidden = false
      begin.hidden = true
      say('把码放进框里')
      await video.play()
      look(video, text => { stream.getTracks().forEach(track => track.stop()); found(text) })
    } catch {
      say('摄像头没有打开。在浏览器里准许使用，或拍一张标签')
    }
  })
}

async function look(video, found) {
  const canvas = document.createElement('canvas')
  while (video.isConnected) {
    if (video.videoWidth) {
      canvas.width = video.videoWidth
      canvas.height = video.videoHeight
      const pen = canvas.getContext('2d', { willReadFrequently: true })
      pen.drawImage(video, 0, 0)
      const text = await read(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => '')
      if (text) return found(text)
    }
    await new Promise(done => setTimeout(done, PAUSE))
  }
}

export async function read(image) {
  const [code] = await readBarcodes(image, KINDS)
  return code?.isValid ? code.text : ''
}

// Our own label's address, on this server whatever host was printed; anything else goes to the search for a code. Never elsewhere.
export function address(text, search) {
  const own = /(?:^|\/)s\/([\w-]+)\/?$/.exec(text.trim())
  return own ? `/s/${own[1]}/` : `${search}?code=${encodeURIComponent(text.trim())}`
}
