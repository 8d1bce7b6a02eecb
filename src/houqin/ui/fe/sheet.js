// The slip: a link with data-sheet opens its page's form as a sheet (phone) or dialog (desk); a docked one at the side is moved in and back.
// Sent by fetch: done → where the server says; 422 and 409 → the form again with everything kept; anything else → said on top, nothing lost.
import { icon, lock, make, settled } from './dom.js'
import { sameAgain } from './once.js'

const PART = { 'HX-Request': 'true' }
const LATE = 60_000
let enhance = () => {}
let shown = null // { dialog, opener, dock }

export function listen(enhancer) {
  enhance = enhancer
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target.closest('a[data-sheet]')
    const out = event.target.closest('[data-close]')
    if (link) { event.preventDefault(); open(link.href, link) }
    else if (out && out.closest('dialog')) { event.preventDefault(); shown?.dialog.close() }
  })
  document.addEventListener('submit', event => {
    if (event.defaultPrevented || !event.target.matches('form[data-slip]')) return
    event.preventDefault()
    send(event.target, event.submitter)
  })
}

async function open(url, opener) {
  const from = shown?.opener ?? opener
  shown?.dialog.close()
  const dock = [...document.querySelectorAll('[data-dock]')].find(one => same(one.dataset.dock, url))
  if (dock?.offsetParent) return focusFirst(dock)
  const panel = dock?.querySelector('.hq-sheet-panel')
  const dialog = frame(panel ?? waiting())
  shown = { dialog, opener: from, dock: panel ? dock : null }
  dialog.showModal()
  if (panel) return focusFirst(dialog)
  try {
    const answer = await fetch(url, { headers: PART })
    const form = answer.ok && !answer.redirected ? slipIn(await answer.text()) : null
    if (!form) return location.assign(url)
    if (!dialog.open) return
    dialog.replaceChildren(form)
    named(dialog)
    enhance(dialog)
    focusFirst(dialog)
  } catch { location.assign(url) }
}

function frame(content) {
  const dialog = make('dialog', { class: 'hq-sheet' }, content)
  named(dialog)
  dialog.addEventListener('click', event => { if (event.target === dialog && !touched(dialog)) dialog.close() })
  dialog.addEventListener('close', () => {
    const { opener, dock } = shown ?? {}
    if (dock) dock.append(dialog.firstElementChild)
    dialog.remove()
    shown = null
    if (opener?.isConnected) opener.focus()
  })
  document.body.append(dialog)
  return dialog
}

const waiting = () => make('div', { class: 'hq-sheet-panel' }, make('div', { class: 'hq-skeleton', role: 'status', 'aria-label': '正在打开' }, make('span'), make('span'), make('span')))
const same = (a, b) => new URL(a, location).pathname === new URL(b, location).pathname
const slipIn = text => new DOMParser().parseFromString(text, 'text/html').querySelector('form[data-slip]')
const touched = dialog => [...dialog.querySelectorAll('input:not([type=hidden]), textarea')].some(one =>
  one.type === 'file' ? one.files.length : 'defaultChecked' in one && /radio|checkbox/.test(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue)

function named(dialog) {
  const title = dialog.querySelector('h2[id]')
  if (title) dialog.setAttribute('aria-labelledby', title.id)
}

// On a phone the keyboard must not jump up over the slip: the panel takes the focus, on a desk the first field does.
function focusFirst(place) {
  const panel = place.querySelector('.hq-sheet-panel') ?? place
  const field = panel.querySelector('[data-errors], [aria-invalid=true], .hq-sheet-body input:not([type=hidden]):not([type=file]), .hq-sheet-body textarea, .hq-sheet-body select')
  const target = matchMedia('(pointer: coarse)').matches && !panel.querySelector('[data-errors]') ? panel.querySelector('h2') : field
  if (target?.matches('h2')) target.tabIndex = -1
  target?.focus({ preventScroll: false })
}

async function send(form, submitter) {
  if (form.dataset.sent) return
  form.dataset.sent = '1'
  await settled(form)
  sameAgain(form)
  const body = new FormData(form, submitter)
  lock(form, true)
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: PART, signal: AbortSignal.timeout(LATE) })
    const next = answer.headers.get('HX-Redirect') ?? (answer.redirected ? answer.url : null)
    if (next) return location.assign(next)
    const text = await answer.text()
    const again = slipIn(text)
    if (again) return replace(form, again)
    if (answer.ok) return location.reload()
    say(form, sentence(text, answer.status))
  } catch {
    say(form, '没有送出去，网络不通。写过的都还在，网通了再按一次')
  }
  delete form.dataset.sent
  lock(form, false)
}

// The form as the server answered it; files and the drawn signature cannot come back from there and are carried over.
function replace(form, again) {
  for (const old of form.querySelectorAll('input[type=file][name]')) {
    const input = again.querySelector(`input[type=file][name="${CSS.escape(old.name)}"]`)
    if (input && old.files.length) input.files = old.files
  }
  for (const old of form.querySelectorAll('[data-sign] input[type=hidden]')) {
    const pad = again.querySelector(`[data-sign="${CSS.escape(old.name)}"]`)
    if (pad) pad.dataset.kept = old.value
  }
  const place = form.parentElement
  form.replaceWith(again)
  if (place.matches('dialog')) named(place)
  enhance(place)
  focusFirst(place)
}

function say(form, text) {
  form.querySelector('[data-said]')?.remove()
  const note = make('div', { class: 'hq-note is-red', role: 'alert', tabindex: '-1', 'data-said': '', 'data-errors': '' }, icon('alert-circle'), make('p', {}, text))
  form.querySelector('.hq-sheet-body, div.hq-stack-form')?.prepend(note)
  note.focus()
}

const KNOWN = {
  403: '这一步不归你办，没有保存', 404: '没有这一件，或不归你看，没有保存', 413: '照片或文件太大，没有保存。少选几张再按一次',
  429: '送得太快，没有保存。等一分钟再按一次', 503: '系统正在停机，没有保存。过几分钟再按一次',
}

function sentence(text, status) {
  const page = new DOMParser().parseFromString(text, 'text/html').querySelector('.hq-error')
  const said = [page?.querySelector('h1'), ...(page?.querySelectorAll('h1 ~ p:not(.hq-meta)') ?? [])].map(one => one?.textContent.trim()).filter(Boolean)
  return said.length ? said.join('　') : KNOWN[status] ?? '系统出了差错，没有保存。写过的都还在，等一会儿再按一次'
}
