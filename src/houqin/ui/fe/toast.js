// A short word at the bottom, read aloud, gone by itself. What must be answered stands in the page instead.
import { icon, make } from './dom.js'

const ICONS = { red: 'alert-circle', amber: 'alert-triangle', green: 'circle-check' }

export function toast(text, tone = '') {
  const note = make('div', { class: `hq-note ${tone && `is-${tone}`}` }, icon(ICONS[tone] ?? 'info-circle'), make('p', {}, text))
  document.getElementById('toasts')?.replaceChildren(note)
  setTimeout(() => note.remove(), 8000)
}
