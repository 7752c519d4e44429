// warnOfUnsent lets the browser ask before a page goes away on which a letter was written that was
// not sent, or from which files are still on their way.
export function warnOfUnsent(): void {
  addEventListener('beforeunload', (event) => {
    const forms = [...document.querySelectorAll<HTMLFormElement>('form[data-unsent]:not([data-sent])')]
    const files = document.querySelector('dialog[open] [data-part="list"] > li')
    if (files || forms.some(written)) event.preventDefault()
  })
}

function written(form: HTMLFormElement): boolean {
  const texts = [...form.querySelectorAll('textarea')]
  return texts.some((text) => text.value.trim() !== '') || form.querySelector('input[name="upload"]') !== null
}
