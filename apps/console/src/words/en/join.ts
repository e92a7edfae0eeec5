export const join = {
  title: 'Connect another machine',
  text: 'Make a token, then run one command on the machine. It appears in the list as soon as it answers.',
  description: 'Description',
  descriptionHelp: 'For the list of tokens: which machines it is for.',
  lifetime: 'Valid for',
  hour: '1 hour',
  day: '1 day',
  week: '7 days',
  forever: 'Until it is deleted',
  submit: 'Make a token',
  run: 'Run this on the machine',
  once: 'The token is shown once. Whoever has it can connect machines until it expires.',
  expires: 'Expires',
  local:
    'This console is open at an address of this computer only. For another machine, start Capstan with CAPSTAN_HOST, and use that address here.',
}
