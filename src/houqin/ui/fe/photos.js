// 照片: take or choose several, see them small, take one away; made smaller here so that a phone on a weak net can send them.
import { first, icon, make, wait } from './dom.js'
import { toast } from './toast.js'

const LONGEST = 2560
const LIGHT = 1_500_000

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-photos]')) if (first(box, 'Photos')) start(box)
}

function start(box) {
  const chosen = box.querySelector('[data-choose] input')
  const take = box.querySelector('[data-take]')
  const most = Number(box.dataset.photos)
  take.hidden = false
  let files = [...chosen.files]

  const show = () => {
    const list = new DataTransfer()
    for (const file of files) list.items.add(file)
    chosen.files = list.files
    for (const old of box.querySelectorAll('.hq-photo')) { URL.revokeObjectURL(old.firstChild.src); old.remove() }
    files.forEach((file, at) => box.insertBefore(thumbnail(file, at, () => { files.splice(at, 1); show() }), take))
    for (const label of [take, chosen.parentElement]) label.classList.toggle('d-none', files.length >= most)
  }
  const add = async event => {
    const fresh = [...event.target.files].filter(file => !files.includes(file))
    if (event.target !== chosen) event.target.value = ''
    if (files.length + fresh.length > most) toast(`最多 ${most} 张，多的没有加上`, 'amber')
    for (const file of fresh.slice(0, most - files.length)) files.push(await smaller(file))
    show()
  }
  for (const input of [chosen, take.querySelector('input')]) {
    input.addEventListener('change', event => wait(box.closest('form'), add(event)))
  }
  if (files.length) show()
}

function thumbnail(file, at, remove) {
  const button = make('button', { class: 'hq-photo-x', type: 'button', 'aria-label': `去掉第 ${at + 1} 张` }, icon('x'))
  button.addEventListener('click', remove)
  const image = make('img', { src: URL.createObjectURL(file), alt: `第 ${at + 1} 张照片` })
  return make('span', { class: 'hq-photo' }, image, button)
}

// A kind the browser cannot read (HEIC on most) goes as it is; the server redraws it.
async function smaller(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = LONGEST / Math.max(image.width, image.height)
    if (scale >= 1 && file.type === 'image/jpeg' && file.size <= LIGHT) return file
    const canvas = make('canvas')
    canvas.width = Math.round(image.width * Math.min(1, scale))
    canvas.height = Math.round(image.height * Math.min(1, scale))
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.86))
    return blob ? new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' }) : file
  } catch { return file }
}
