import type { PageWords } from '../en/pages.ts'

export const cluster: PageWords['cluster'] = {
  size: '컨테이너 수',
  sizeHelp: '모두 같으며 각각 위의 자원을 갖습니다. 전부 시작하거나 하나도 시작하지 않습니다.',
  mode: '실행할 곳',
  modes: { 'single-node': '한 머신에', 'multi-node': '한 대 또는 여러 대에' },
  modeHelp: {
    'single-node': '모두 같은 머신에서 실행합니다. 한 머신에 모두 들어갈 자리가 있어야 합니다.',
    'multi-node': '자리가 있는 곳마다, 같은 머신 또는 다른 머신에서 실행합니다.',
  },
  inAll: amounts => `합계: ${amounts}`,
  inAllLabel: '합계',
  about: (count, mode) =>
    `${mode === 'single-node' ? '한 머신에' : '한 대 또는 여러 머신에'} 컨테이너 ${count}개`,
  states: (count, status) => `${status} ${count}개`,
  chooseLog: '컨테이너',
  logOf: host => `${host}의 로그`,
  after: '먼저 끝나야 할 세션',
  afterHelp:
    '모두 잘 끝날 때까지 기다립니다. 일괄 세션은 성공해야 하고, 다른 세션은 실행된 뒤 끝나면 됩니다. 하나라도 그럴 수 없게 되면 이 세션은 취소됩니다.',
  afterLabel: '먼저 끝나야 할 세션',
  state: { waiting: '기다리는 중', succeeded: '끝남', failed: '잘 끝나지 않음' },
}
