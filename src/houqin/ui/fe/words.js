// 常用说法: a tap puts the words into the field, a second tap takes them out.
import { first } from './dom.js'

export function enhance(root) {
  for (const group of root.querySelectorAll('[data-words]')) if (first(group, 'Words')) start(group)
}

function start(group) {
  const field = document.getElementById(group.dataset.words)
  if (!field) return
  const buttons = [...group.querySelectorAll('button')]
  const show = () => buttons.forEach(button => button.setAttribute('aria-pressed', field.value.includes(button.textContent.trim())))
  group.hidden = !buttons.length
  group.addEventListener('click', event => {
    const word = event.target.closest('button')?.textContent.trim()
    if (!word) return
    const kept = field.value.includes(word) ? without(field.value, word) : [field.value.trim(), word].filter(Boolean).join('，')
    if (field.maxLength > 0 && kept.length > field.maxLength) return
    field.value = kept
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })
  field.addEventListener('input', show)
  show()
}

const without = (text, word) => text.replace(word, '').replace(/，{2,}/g, '，').replace(/^，|，$/g, '')
