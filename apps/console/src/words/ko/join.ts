import type { join as en } from '../en/join.ts'

export const join: typeof en = {
  title: '다른 컴퓨터 연결',
  text: '토큰을 만들고 그 컴퓨터에서 명령 하나를 실행하세요. 응답하는 대로 목록에 나타납니다.',
  description: '설명',
  descriptionHelp: '토큰 목록에서 어느 컴퓨터를 위한 것인지 알아보기 위한 글입니다.',
  lifetime: '유효 기간',
  hour: '1시간',
  day: '1일',
  week: '7일',
  forever: '지울 때까지',
  submit: '토큰 만들기',
  run: '그 컴퓨터에서 실행하세요',
  once: '토큰은 한 번만 보입니다. 만료될 때까지 이 토큰을 가진 사람은 컴퓨터를 연결할 수 있습니다.',
  expires: '만료',
  local:
    '이 콘솔은 이 컴퓨터만의 주소로 열려 있습니다. 다른 컴퓨터를 연결하려면 CAPSTAN_HOST를 주어 Capstan을 시작하고 그 주소를 쓰세요.',
}
