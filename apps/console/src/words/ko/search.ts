import type { PageWords } from '../en/pages.ts'

export const search: PageWords['search'] = {
  placeholder: '페이지, 사람, 항목 검색',
  recent: '최근 항목',
  pages: '페이지',
  kind: {
    session: '세션',
    service: '모델 서비스',
    user: '사용자',
    keypair: '자격 증명',
    project: '프로젝트',
    domain: '도메인',
    keypairPolicy: '키페어 정책',
    userPolicy: '사용자 정책',
    projectPolicy: '프로젝트 정책',
    group: '자원 그룹',
    image: '이미지',
    agent: '에이전트',
  },
  inactive: '비활성',
  none: text => `이름에 “${text}”이(가) 들어간 항목이 없습니다`,
  noneHelp: '이메일이나 이름의 일부, 또는 액세스 키의 앞부분을 입력해 보세요.',
  found: count => `결과 ${count}개`,
}
