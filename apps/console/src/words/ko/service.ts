import type { service as en } from '../en/service.ts'

export const service: typeof en = {
  title: '모델 서비스',
  one: '모델 서비스',
  purpose: '계속 실행되는 서버입니다. 같은 복제본을 여러 개 두고, 끝난 것은 새것으로 바꿉니다.',
  create: '모델 서비스 시작',
  submit: '서비스 시작',
  created: name => `${name} 시작 중`,
  view: '보기',
  live: '실행 중',
  ended: '종료됨',
  emptyLive: '모델 서비스가 없습니다',
  emptyLiveHelp:
    '서비스는 모델 서버 같은 명령을 요청한 수만큼의 세션에서 실행하고, 하나가 끝나면 다른 하나를 시작합니다.',
  emptyEnded: '종료된 모델 서비스가 없습니다',
  emptyEndedHelp: '종료한 서비스가 여기에 남습니다.',
  replicas: '복제본',
  count: '복제본 수',
  replicasHelp: '0이면 서비스를 멈춥니다.',
  each: '복제본마다',
  running: (running, wanted) => `${wanted}개 중 ${running}개 실행 중`,
  paused: '멈춤',
  command: '명령',
  commandHelp: '복제본마다 셸로 실행합니다. 끝나면 다른 복제본이 대신합니다.',
  commandNeeded: '복제본에는 명령이 필요합니다',
  name: '이름',
  apply: '적용',
  scaled: (name, count) => `${name}: 복제본 ${count}개로 바꿉니다`,
  end: '서비스 종료',
  endOne: name => `${name} 종료`,
  endTitle: name => `${name}을(를) 종료할까요?`,
  endText: count =>
    count === 0
      ? '지금은 복제본이 없습니다. 이 항목으로 다시 시작할 수 없습니다.'
      : `복제본 ${count}개도 종료됩니다. 이 항목으로 다시 시작할 수 없습니다.`,
  endDone: name => `${name}을(를) 종료했습니다`,
  retryNow: '지금 다시 시도',
  endedLately: '최근에 끝난 복제본',
  noReplicas: '지금은 복제본이 없습니다.',
  more: count => `${count}개 더`,
  variables: '변수',
}
