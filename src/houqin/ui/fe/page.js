// The page's own manners: / goes to the search, menus close, paper prints.
import { first } from './dom.js'

export function listen() {
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') return closeMenus(null, true)
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest('input, textarea, select, [contenteditable]')) return
    const search = document.querySelector('[data-slash]')
    if (!search?.offsetParent) return
    event.preventDefault()
    search.focus()
    search.select()
  })
  document.addEventListener('click', event => closeMenus(event.target))
}

function closeMenus(inside, focus) {
  for (const menu of document.querySelectorAll('details.hq-menu[open]')) {
    if (menu.contains(inside)) continue
    menu.open = false
    if (focus) menu.querySelector('summary').focus()
  }
}

export function enhance(root) {
  for (const button of root.querySelectorAll('[data-print]')) {
    button.hidden = false
    if (first(button, 'Print')) button.addEventListener('click', () => window.print())
  }
  const now = root.querySelector('[data-print-now]') // a printing that the server has just counted
  if (now && first(now, 'PrintNow')) addEventListener('load', () => window.print(), { once: true })
  for (const button of root.querySelectorAll('[data-noscript]')) button.hidden = true
}
