// 扫码: the camera where the page is https (or localhost); a photo of the label everywhere; a typed code always.
import { reads } from './codes.js'
import { first } from './dom.js'

const PAUSE = 120

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-scan]')) if (first(box, 'Scan')) start(box)
}

function start(box) {
  const [camera, begin, photo, typed, said] = ['.hq-camera', '[data-start]', '[data-photo]', 'input[name=code]', '[data-say]'].map(one => box.querySelector(one))
  const say = text => { said.textContent = text }
  const found = text => {
    const to = address(text, box.dataset.scan)
    if (to) { say(`读到 ${text}，正在打开`); location.assign(to); return true }
    say(`这不是学校的标签，没有打开。码里写的是：${text.trim().slice(0, 160)}`)
    return false
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
    say('这个网址没有加密，不能直接用摄像头。拍一张标签，或打短码')
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
      look(video, text => found(text) && stream.getTracks().forEach(track => track.stop()))
    } catch {
      say('摄像头没有打开。在浏览器里准许使用，或拍一张标签')
    }
  })
}

// Looks until a code of ours is found; one that is not is named once and looked past.
async function look(video, found) {
  const canvas = document.createElement('canvas')
  let last = ''
  while (video.isConnected) {
    if (video.videoWidth) {
      canvas.width = video.videoWidth
      canvas.height = video.videoHeight
      const pen = canvas.getContext('2d', { willReadFrequently: true })
      pen.drawImage(video, 0, 0)
      const text = await read(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => '')
      if (text && text !== last && found(text)) return
      last = text || last
    }
    await new Promise(done => setTimeout(done, PAUSE))
  }
}

const read = async picture => (await reads())(picture)

// Our own label's address, on this server whatever host was printed (it may have moved since), or a code to be searched for; another site's is ''.
export function address(text, search) {
  const said = text.trim()
  const token = /^(?:https?:\/\/[^/?#]+)?\/s\/([\w-]{22}|[A-Za-z0-9]{8})\/?$/.exec(said)
  if (token) return `/s/${token[1]}/`
  if (/^[A-Za-z0-9]{8}$/.test(said)) return `/s/${said}/`
  return search === '/scan/' || /^[a-z][a-z0-9+.-]*:/i.test(said) ? '' : `${search}?code=${encodeURIComponent(said)}`
}
