import { defineConfig } from '@playwright/test'
import { projects } from './projects'

// Tests of the vocabulary itself, on small pages of their own; the program does not run.
export default defineConfig({
  testDir: 'selftest',
  outputDir: 'test-results',
  projects,
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  timeout: 30_000,
  expect: { timeout: 3_000 },
  reporter: 'line',
  use: { actionTimeout: 10_000 },
})
