import { wordsOf } from './words'

// showPasswords puts a button below each password that shows what was typed.
export function showPasswords(): void {
  const words = wordsOf(document.body)
  for (const input of document.querySelectorAll<HTMLInputElement>('input[type="password"]')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'plain link show-password'
    const label = input.labels?.[0]?.textContent?.trim() ?? ''
    const show = (on: boolean) => {
      input.type = on ? 'text' : 'password'
      button.textContent = (on ? words.hide_password : words.show_password) ?? ''
      // With two passwords in a form, a screen reader hears which one it is about.
      const which = document.createElement('span')
      which.className = 'hidden'
      which.textContent = `: ${label}`
      button.append(which)
    }
    button.addEventListener('click', () => show(input.type === 'password'))
    // The browser knows what to keep, and what not to suggest again, by the type it is sent with.
    input.form?.addEventListener('submit', () => show(false))
    show(false)
    input.after(button)
  }
}
