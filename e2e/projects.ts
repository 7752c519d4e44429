import type { Project } from '@playwright/test'

// Debian's Chromium: the browser that Playwright would download is not needed. As root it has no
// sandbox, and in a container /dev/shm is too small for it.
const launchOptions = { chromiumSandbox: false, args: ['--disable-dev-shm-usage'], executablePath: '/usr/bin/chromium-headless-shell' }

// The shell has the whole engine and none of the window around it, for a quarter of the work. What
// shows a PDF, and so what a PDF could do, is in the browser itself alone.
export const wholeBrowser = { ...launchOptions, executablePath: '/usr/bin/chromium' }

const dutch = { locale: 'nl-NL', timezoneId: 'Europe/Amsterdam', launchOptions }

// The three ways in which every page must work: a narrow phone, a desktop, and without JavaScript.
// Tests of what only scripts do, or of what stands in their place, are tagged @js and @nojs; those of
// which one way says enough, @once, or @phone where the narrow one says most, as whether words fit.
export const projects: Project[] = [
  { name: 'phone', use: { ...dutch, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, grepInvert: /@nojs|@once/ },
  { name: 'desktop', use: { ...dutch, viewport: { width: 1280, height: 800 } }, grepInvert: /@nojs|@phone/ },
  { name: 'nojs', use: { ...dutch, viewport: { width: 1280, height: 800 }, javaScriptEnabled: false }, grepInvert: /@js|@once|@phone/ },
]
