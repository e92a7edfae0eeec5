import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

/** The one accent. Shade 7 carries white text at 6:1. */
const sea: MantineColorsTuple = [
  '#eaf6f8',
  '#d4ebef',
  '#a9d6de',
  '#7cc1ce',
  '#55adbd',
  '#3796a8',
  '#257f91',
  '#1b6b7d',
  '#145766',
  '#0d4450',
]

/** Cool, quiet greys for the dark scheme; 6 is the page, 7 and 5 what lies below and above it. */
const dark: MantineColorsTuple = [
  '#d5d9de',
  '#b7bdc5',
  '#a0a8b2',
  '#5e6773',
  '#3c444e',
  '#2a3038',
  '#1d2229',
  '#171b21',
  '#12161a',
  '#0c0f12',
]

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: 7,
  colors: { sea, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    'Inter, "Segoe UI", system-ui, -apple-system, "Noto Sans KR", "Apple SD Gothic Neo", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.35' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    // Label above, help below, what is wrong with it last.
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { transitionProps: { duration: 100 } } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } },
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        multiline: true,
        maw: 320,
        transitionProps: { duration: 80 },
      },
    },
  },
})

/** Where the library's own greys and reds miss AA (4.5:1) against our surfaces, and the surfaces themselves. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545d67',
    '--mantine-color-error': '#c02626',
    '--mantine-color-placeholder': '#6b747e',
    '--capstan-page': '#f6f7f8',
    '--capstan-surface': '#ffffff',
    '--capstan-border': '#dfe3e7',
    '--capstan-hover': '#f1f4f6',
    '--capstan-good': '#2b8a3e',
    '--capstan-busy': '#1b6b7d',
    '--capstan-warn': '#a65300',
    '--capstan-bad': '#c02626',
    '--capstan-idle': '#7a838d',
    '--capstan-series-cpu': '#1b6b7d',
    '--capstan-series-mem': '#8a4bb0',
  },
  dark: {
    '--mantine-color-dimmed': '#a0a8b2',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-placeholder': '#8b94a0',
    '--capstan-page': '#14181d',
    '--capstan-surface': '#1a1f25',
    '--capstan-border': '#2d343d',
    '--capstan-hover': '#222830',
    '--capstan-good': '#51cf66',
    '--capstan-busy': '#55adbd',
    '--capstan-warn': '#f0a35a',
    '--capstan-bad': '#ff8787',
    '--capstan-idle': '#8b94a0',
    '--capstan-series-cpu': '#55adbd',
    '--capstan-series-mem': '#c397e0',
  },
})
