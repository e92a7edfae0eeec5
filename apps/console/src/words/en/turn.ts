/** When a session gets its turn, and whether it may lose it. */
export const turn = {
  position: (position: string, count: string) => `${position} of ${count}`,
  startsAt: 'Start at',
  startsAtHelp: 'It waits until then. Empty: as soon as there is room.',
  late: 'a time to come is needed',
  preemptible: 'May be stopped to make room',
  preemptibleHelp:
    'For a session of higher priority, where there is no room otherwise. What it has not saved is lost.',
}
