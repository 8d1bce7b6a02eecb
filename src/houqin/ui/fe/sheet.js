// The slip: a link with data-sheet opens its page's form as a sheet (phone) or dialog (desk); a docked one at the side is moved in and back.
// Sent by fetch: done → where the server says; 422 and 409 → the form again with everything kept; anything else → said on top, nothing lost.
import { icon, lock, make, settled, within } from './dom.js'
import * as net from './net.js'
import { sameAgain } from './once.js'
import { toast } from './toast.js'

const PART = { 'HX-Request': 'true' }
const LATE = 60_000, SOON = 20_000 // what can be kept is not waited for so long
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
  const form = await slipOf(url)
  if (!form) return location.assign(url)
  if (dialog.open) fill(dialog, form)
}

// The form of an address: from the server, or as the phone carries it where there is no net.
async function slipOf(url) {
  if (!net.down()) {
    try {
      const answer = await fetch(url, { headers: PART, signal: within(SOON) })
      return answer.ok && !answer.redirected ? slipIn(await answer.text()) : null
    } catch { if (net.kept()) net.lose() }
  }
  return await net.kept()?.form(url).catch(() => null) ?? null
}

function fill(dialog, form) {
  dialog.replaceChildren(form)
  named(dialog)
  enhance(dialog)
  focusFirst(dialog)
}

// A form that is here already, as a sheet: one that was kept and is to be mended.
export function lay(form, opener) {
  shown?.dialog.close()
  const dialog = frame(form)
  shown = { dialog, opener, dock: null }
  dialog.showModal()
  fill(dialog, form)
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
  const body = new FormData(form)
  if (submitter?.name) body.append(submitter.name, submitter.value)
  const to = submitter?.hasAttribute('formaction') ? submitter.formAction : form.action
  const keeps = to === form.action && net.keeps(form)
  lock(form, true)
  if (keeps && (net.down() || form.dataset.row)) return keep(form, body)
  let answer = await post(to, body, keeps ? SOON : LATE)
  if (!answer && keeps) { net.lose(); return keep(form, body) }
  if (!answer) {
    say(form, '正在确认是否已保存…', '')
    answer = await net.there() && await post(to, body, LATE)
  }
  if (answer) return come(form, answer)
  say(form, '连不上服务器，没有等到回音：可能已经保存，也可能没有。写过的都还在，网通了再按一次，已经保存的不会再记一次')
  free(form)
}

// What the server answered, whole; null where that was lost on the way, or given up by a gateway before it.
// Sent again it is the same operation (_op): done once, answered alike.
async function post(to, body, late) {
  try {
    const answer = await fetch(to, { method: 'POST', body, headers: PART, signal: within(late) })
    if ([502, 504].includes(answer.status)) return null
    const next = answer.headers.get('HX-Redirect') ?? (answer.redirected ? answer.url : null)
    return { next, ok: answer.ok, status: answer.status, text: next ? '' : await answer.text() }
  } catch { return null }
}

function come(form, { next, ok, status, text }) {
  if (next) return location.assign(next)
  const again = slipIn(text)
  if (again) return replace(form, again)
  if (ok) return location.reload()
  say(form, sentence(text, status))
  free(form)
}

function free(form) {
  delete form.dataset.sent
  lock(form, false)
}

// No net: the slip goes into the phone's queue under the same operation, so that one that did arrive is not done twice.
async function keep(form, body) {
  try {
    await net.kept().keep(form, body)
  } catch (no) {
    say(form, no.message)
    return free(form)
  }
  document.dispatchEvent(new CustomEvent('houqin:kept'))
  if (!net.down()) { shown?.dialog.close(); return net.deliver() }
  if (navigator.serviceWorker.controller) return location.assign(form.dataset.next || '/')
  toast('存在这台手机上了，有网自动送', 'green')
  shown?.dialog.close()
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

// On top of the form: what went wrong; with no tone, what is being done.
function say(form, text, tone = 'is-red') {
  form.querySelector('[data-said]')?.remove()
  const [name, more] = tone ? ['alert-circle', { role: 'alert', 'data-errors': '' }] : ['info-circle', { role: 'status' }]
  const note = make('div', { class: `hq-note ${tone}`, tabindex: '-1', 'data-said': '', ...more }, icon(name), make('p', {}, text))
  ;(form.querySelector('.hq-sheet-body, div.hq-stack-form:not([id])') ?? form).prepend(note)
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
