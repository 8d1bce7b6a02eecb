// 手写签名: drawn on the pad into a hidden field as PNG; or signed by a click, never both.
import SignaturePad from 'signature_pad'
import { first, make } from './dom.js'

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-sign]')) if (first(box, 'Sign')) start(box)
}

function start(box) {
  const frame = box.querySelector('.hq-sign-pad')
  const canvas = frame.querySelector('canvas')
  const again = frame.querySelector('.hq-sign-again')
  const click = box.querySelector('input[type=checkbox]')
  const drawn = make('input', { type: 'hidden', name: box.dataset.sign, disabled: '' })
  box.append(drawn)
  frame.hidden = false
  box.querySelector('[data-instead]').hidden = false
  const pad = new SignaturePad(canvas, { penColor: '#1a2326', minWidth: 1, maxWidth: 3.2 })

  const fit = () => {
    if (!canvas.offsetWidth) return
    const ratio = Math.max(devicePixelRatio || 1, 1)
    const kept = pad.toData()
    canvas.width = canvas.offsetWidth * ratio
    canvas.height = canvas.offsetHeight * ratio
    canvas.getContext('2d').scale(ratio, ratio)
    pad.clear()
    if (kept.length) pad.fromData(kept)
    else if (box.dataset.kept) pad.fromDataURL(box.dataset.kept, { width: canvas.offsetWidth, height: canvas.offsetHeight })
  }
  const hold = value => {
    drawn.value = value
    drawn.disabled = !value
    again.hidden = !value
    if (value) click.checked = false
  }
  const wipe = () => { delete box.dataset.kept; pad.clear(); hold('') }

  new ResizeObserver(fit).observe(canvas)
  fit()
  if (box.dataset.kept) hold(box.dataset.kept)
  pad.addEventListener('endStroke', () => hold(pad.toDataURL('image/png')))
  again.addEventListener('click', wipe)
  click.addEventListener('change', () => { if (click.checked) wipe() })
}
