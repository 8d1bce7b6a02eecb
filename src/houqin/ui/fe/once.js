// A form is sent once: the button goes grey after the first tap. The hidden _op makes a second sending harmless on the server, too.
import { lock, settled } from './dom.js'

const AGAIN = 20_000 // the answer may be a file, or may never come

export function listen() {
  document.addEventListener('submit', event => {
    const form = event.target
    if (event.defaultPrevented || form.getAttribute('method')?.toLowerCase() !== 'post') return
    if (form.matches('[data-slip], [data-again], [hx-post]')) return
    if (form.dataset.sent) return event.preventDefault()
    const busy = settled(form)
    if (busy && !form.dataset.settled) {
      event.preventDefault()
      const { submitter } = event
      const go = () => { form.dataset.settled = '1'; submitter.click(); delete form.dataset.settled }
      busy.then(() => setTimeout(go)) // not before this event is over: a form cannot be submitted while it is being submitted
      return
    }
    form.dataset.sent = '1'
    sameAgain(form)
    setTimeout(() => lock(form, true)) // after the browser has read which button it was
    setTimeout(() => free(form), AGAIN)
  })
  addEventListener('pageshow', event => { if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(free) })
}

// Back and the same content sent again: the same intent, so the same _op, and the server answers as it did the first time.
export function sameAgain(form) {
  const op = form.querySelector('input[name=_op]')
  if (!op) return
  const said = mark(JSON.stringify([form.getAttribute('action'), ...written(form)]))
  const { sent } = history.state ?? {}
  if (sent?.said === said) op.value = sent.op
  else history.replaceState({ ...history.state, sent: { said, op: op.value } }, '')
}

const written = form => [...new FormData(form)].filter(([name]) => !['_op', 'csrfmiddlewaretoken'].includes(name))
  .map(([name, value]) => (value instanceof File ? [name, value.name, value.size] : [name, value]))

const mark = text => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)) | 0, text.length)

function free(form) {
  delete form.dataset.sent
  lock(form, false)
}
