// 用料一行行: one empty row at a time in place of the three that stand there without script.
import { first } from './dom.js'

export function enhance(root) {
  for (const box of root.querySelectorAll('[data-lines]')) if (first(box, 'Lines')) start(box)
}

const fields = line => [...line.querySelectorAll('input, select')]
const empty = line => fields(line).every(field => !field.value)

function start(box) {
  const add = box.querySelector('[data-add]')
  const lines = () => [...box.querySelectorAll('[data-line]')]
  let next = lines().length
  const show = () => {
    lines().forEach((line, at) => line.querySelector('[data-remove]').setAttribute('aria-label', `去掉第 ${at + 1} 行`))
    add.hidden = lines().length >= Number(box.dataset.most)
  }
  lines().filter(empty).slice(1).forEach(line => line.remove())
  lines().forEach(line => { line.querySelector('[data-remove]').hidden = false })
  add.addEventListener('click', () => {
    const line = lines().at(-1).cloneNode(true)
    for (const field of fields(line)) {
      field.value = ''
      field.name = field.name.replace(/-\d+-(?=[^-]*$)/, `-${next}-`)
    }
    next += 1
    box.insertBefore(line, add)
    fields(line)[0].focus()
    show()
  })
  box.addEventListener('click', event => {
    const line = event.target.closest('[data-remove]')?.closest('[data-line]')
    if (!line) return
    if (lines().length > 1) line.remove()
    else fields(line).forEach(field => { field.value = '' })
    show()
    add.focus()
  })
  show()
}
