// A long list to choose from (people, places): typing finds it, by its words or by what stands in data-initials.
import TomSelect from 'tom-select/dist/esm/tom-select.complete.js'
import { first } from './dom.js'

const MANY = 12

export function enhance(root) {
  for (const select of root.querySelectorAll('select[data-pick]')) {
    if (select.options.length <= MANY || select.multiple || !first(select, 'Pick')) continue
    select.parentElement.classList.add('has-pick')
    select.setAttribute('aria-label', select.labels[0]?.firstChild.textContent.trim() ?? '')
    new TomSelect(select, {
      maxOptions: null,
      searchField: ['text', 'initials'],
      dataAttr: null,
      onInitialize() {
        for (const option of Object.values(this.options)) option.initials = option.$option?.dataset.initials ?? ''
      },
      render: {
        no_results: () => Object.assign(document.createElement('div'), { className: 'no-results', textContent: '没有这一个，换个字再找' }),
      },
    })
  }
}
