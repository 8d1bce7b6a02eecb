// Small hands: elements, icons, what a form is still busy with.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  const use = document.createElementNS(space, 'use')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  use.setAttribute('href', `${document.querySelector('meta[name=sprite]').content}#${name}`)
  svg.append(use)
  return svg
}

// True the first time only, for this element and this part.
export function first(element, part) {
  const key = `on${part}`
  if (element.dataset[key]) return false
  element.dataset[key] = '1'
  return true
}

// Photos being made smaller: a form waits for them before it is sent.
const pending = new WeakMap()

export function wait(form, promise) {
  if (form) pending.set(form, Promise.allSettled([pending.get(form), promise]))
}

export const settled = form => pending.get(form)

// A signal that ends what takes too long. (AbortSignal.timeout is younger than the browsers that we promise.)
export function within(milliseconds) {
  const control = new AbortController()
  setTimeout(() => control.abort(), milliseconds)
  return control.signal
}

export function lock(form, on) {
  for (const button of form.querySelectorAll('button:not([type=button])')) {
    button.disabled = on
    button.toggleAttribute('aria-busy', on)
    if (on) button.setAttribute('aria-busy', 'true')
  }
}
