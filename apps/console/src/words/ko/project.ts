import type { domain as enDomain, project as en } from '../en/project.ts'

export const project: typeof en = {
  title: '프로젝트',
  purpose: '사람들이 함께 일하는 단위입니다. 세션과 폴더는 하나의 프로젝트에 속합니다.',
  create: '프로젝트 만들기',
  created: name => `${name} 항목을 만들었습니다`,
  saved: name => `${name} 항목을 저장했습니다`,
  editTitle: name => `${name} 편집`,
  state: '프로젝트 상태',
  column: { name: '이름', type: '유형', policy: '프로젝트 정책' },
  type: { general: '일반', 'model-store': '모델 스토어' },
  typeHelp: '모델 스토어에는 도메인의 모든 사용자가 속합니다. 나중에 바꿀 수 없습니다.',
  groups: '공개되지 않은 자원 그룹',
  groupsHelp: '공개되지 않았지만 사용할 수 있는 그룹입니다.',
  members: '구성원',
  everybody: '도메인의 모든 사용자가 모델 스토어의 구성원입니다.',
  noMembers: '아직 구성원이 없습니다.',
  findMember: '이메일로 구성원 찾기',
  addMembers: '구성원 추가',
  emails: '이메일',
  emailsHelp: domain =>
    `${domain} 도메인의 사용자여야 합니다. 한 줄에 하나씩 또는 쉼표로 구분하세요. 모두 추가되거나 하나도 추가되지 않습니다.`,
  addCount: count => (count === 0 ? '추가' : `${count}명 추가`),
  added: count => (count === 0 ? '이미 구성원입니다' : `${count}명을 추가했습니다`),
  removeMembers: count => `${count}명 제거`,
  removeTitle: (count, name) => `${name} 프로젝트에서 ${count}명을 제거할까요?`,
  removeText: '프로젝트의 폴더와 그룹을 사용할 수 없게 됩니다. 실행 중인 세션은 계속됩니다.',
  removed: count => `${count}명을 제거했습니다`,
  more: '더 보기',
  empty: '활성 프로젝트가 없습니다',
  emptyHelp: '프로젝트를 만들고 함께 일할 사람을 추가하세요.',
  emptyInactive: '비활성 프로젝트가 없습니다',
  emptyInactiveHelp: '비활성화된 프로젝트는 여기에 남습니다.',
  deactivateTitle: name => `${name} 항목을 비활성화할까요?`,
  deactivateText:
    '더 이상 새로 시작할 수 없습니다. 실행 중인 것은 계속되고 폴더는 남으며 다시 활성화할 수 있습니다.',
  activateTitle: name => `${name} 항목을 활성화할까요?`,
  activateText: '구성원이 다시 세션을 시작할 수 있습니다.',
}

export const domain: typeof enDomain = {
  title: '도메인',
  purpose: '사용자, 프로젝트, 관리자를 따로 가지는 클러스터의 부분입니다.',
  create: '도메인 만들기',
  nameHelp: '문자, 숫자, 점, 대시, 밑줄을 쓸 수 있습니다. 나중에 바꿀 수 없습니다.',
  state: '도메인 상태',
  empty: '활성 도메인이 없습니다',
  emptyInactive: '비활성 도메인이 없습니다',
  deactivateText: (users, projects) =>
    `새 사용자, 프로젝트, 세션을 받지 않습니다. 사용자(${users})와 프로젝트(${projects})는 남고 실행 중인 것은 계속됩니다.`,
  activateText: '다시 새 사용자, 프로젝트, 세션을 받습니다.',
}
