// The one script of every page. Each module betters plain HTML that works without it; what few
// pages need comes only to those.
import { filterAtOnce } from './filter'
import { useKeys } from './keys'
import { closeMenus } from './menu'
import { sendOnce } from './once'
import { showPasswords } from './password'
import { offerPrint } from './print'
import { warnOfEnd } from './session'
import { warnOfUnsent } from './unsent'

sendOnce()
closeMenus()
filterAtOnce()
showPasswords()
offerPrint()
useKeys()
warnOfUnsent()
warnOfEnd()

if (document.querySelector('[data-upload]')) {
  void import('./upload').then(({ enhanceUploads }) => enhanceUploads())
}

if (document.querySelector('[data-decides]:not([data-decides=""])')) {
  void import('./decides').then(({ showSooner }) => showSooner())
}

if (document.querySelector('[data-live]')) {
  void import('./bell').then(({ liveBell }) => liveBell())
}

if (document.querySelector('[data-picking]')) {
  void import('./picking').then(({ countPicked }) => countPicked())
}

if (document.querySelector('[data-preview]')) {
  void import('./preview').then(({ livePreview }) => livePreview())
}

if (document.querySelector('[data-passkey]')) {
  void import('./passkey').then(({ offerPasskeys }) => offerPasskeys())
}
