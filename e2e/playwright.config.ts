import { defineConfig } from '@playwright/test'
import { projects } from './projects'

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  globalSetup: './demo-server.ts',
  projects,
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'line',
  use: { trace: 'retain-on-failure', actionTimeout: 10_000, navigationTimeout: 20_000 },
})
