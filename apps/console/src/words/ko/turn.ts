import type { turn as en } from '../en/turn.ts'

export const turn: typeof en = {
  position: (position, count) => `${count}개 중 ${position}번째`,
  startsAt: '시작 시각',
  startsAtHelp: '그때까지 기다립니다. 비우면 자리가 나는 대로 시작합니다.',
  late: '앞으로 올 시각이어야 합니다',
  preemptible: '자리를 내기 위해 종료해도 됨',
  preemptibleHelp:
    '우선순위가 더 높은 세션을 위해, 다른 자리가 없을 때만 종료됩니다. 저장하지 않은 것은 사라집니다.',
}
