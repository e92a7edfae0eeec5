import type { overview as en } from '../en/overview.ts'

export const overview: typeof en = {
  title: '개요',
  heading: '자원',
  purpose: '컴퓨터마다 세션에 나누어 준 자원입니다.',
  node: '컴퓨터',
  allGroups: '모든 자원 그룹',
  count: count => `컴퓨터 ${count}대`,
  closed: '새 세션을 받지 않음',
  scale: '나누어 줌',
  together: '모두 합쳐',
  free: '비어 있음',
  given: (percent, amount) => `${percent} 배정됨 (${amount})`,
  others: '다른 사람의 세션',
  more: count => `외 ${count}개`,
  mark: { 0: '비어 있음', 0.5: '일부 배정', 1: '모두 배정' },
  share: (percent, amount) => `${percent}, ${amount}`,
}
