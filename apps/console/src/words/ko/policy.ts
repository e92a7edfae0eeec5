import type { policy as en } from '../en/policy.ts'

const followers = { keypair: '키페어', user: '사용자', project: '프로젝트' }

export const policy: typeof en = {
  title: '자원 정책',
  kind: followers,
  purpose: {
    keypair: '각 키페어의 세션이 사용할 수 있는 자원입니다.',
    user: '각 사용자가 가질 수 있는 폴더, 서비스, 이미지의 수입니다.',
    project: '각 프로젝트가 가질 수 있는 폴더와 네트워크의 수입니다.',
  },
  name: '이름',
  nameHelp: '문자, 숫자, 점, 대시, 밑줄을 쓸 수 있습니다. 나중에 바꿀 수 없습니다.',
  nameStays: '정책의 이름은 바꿀 수 없습니다.',
  create: '정책 만들기',
  created: name => `${name} 정책을 만들었습니다`,
  saved: name => `${name} 정책을 저장했습니다`,
  editTitle: name => `${name} 정책 편집`,
  apply: (kind, count) => (count === 0 ? '저장' : `${followers[kind]} ${count}개에 적용`),
  unlimited: '무제한',
  wholeDevices: 'GPU를 나누어 쓰는 클러스터에서는 효과가 없습니다.',
  readOnly: '슈퍼관리자만 정책을 바꿀 수 있습니다.',
  noneOf: slot => `${slot} 없음`,
  resources: '동시에 사용할 자원',
  pendingResources: '대기할 자원',
  volumes: '볼륨',
  limits: { keypair: '세션', user: '사용자 제한', project: '프로젝트 제한' },
  limit: {
    maxConcurrentCount: '동시 세션',
    maxClusterSize: '세션당 컨테이너',
    maxLifetimeS: '최장 세션 시간',
    idleTimeoutS: '유휴 종료 시간',
    maxPendingCount: '대기 세션',
    maxSftpCount: '동시 SFTP 세션',
    maxFolderCount: '폴더',
    maxFolderBytes: '폴더 전체 크기',
    maxServiceSessionCount: '모델 서비스당 세션',
    maxCustomImageCount: '사용자 정의 이미지',
    maxNetworkCount: '네트워크',
  },
  followers,
  empty: '이 종류의 정책이 없습니다',
  allowedVolumes: '허용된 볼륨',
  allowedVolumesHelp: '여기에 없는 볼륨은 보이지도 않고 사용할 수도 없습니다.',
  noVolumes: '연결된 볼륨이 없습니다.',
  permissionsIn: volume => `${volume} 볼륨에서 할 수 있는 일`,
  permission: {
    'create-folder': '폴더 만들기',
    'modify-folder': '폴더 변경',
    'delete-folder': '폴더 삭제',
    'mount-in-session': '세션에서 사용',
    'upload-file': '파일 올리기',
    'download-file': '파일 내려받기',
    'invite-others': '다른 사람 초대',
    'set-user-permission': '다른 사람의 권한 설정',
  },
  impact: (kind, count) =>
    count === 0
      ? '아직 이 정책을 따르는 대상이 없습니다.'
      : `${followers[kind]} ${count}개의 한도가 바뀝니다.`,
  impactOver: count =>
    `그 가운데 ${count}개는 이미 더 많이 사용하고 있습니다. 실행 중인 것은 계속되며, 줄어들 때까지 새로 시작되지 않습니다.`,
  andMore: count => `그 밖에 ${count}개`,
  remove: '삭제',
  removeTitle: name => `${name} 정책을 삭제할까요?`,
  removeText: '이 정책을 따르는 대상이 없습니다. 되돌릴 수 없습니다.',
  removed: name => `${name} 정책을 삭제했습니다`,
  removedAnd: (name, count, to) =>
    `${name} 정책을 삭제했습니다. ${count}개가 이제 ${to} 정책을 따릅니다`,
  reassign: '대신 이 정책을 줍니다',
  reassignText: '따르는 대상이 있는 정책은 삭제할 수 없습니다. 먼저 다른 정책을 주어야 합니다.',
  reassignAndRemove: '다시 지정하고 삭제',
  import: '가져오기…',
  importTitle: {
    keypair: '키페어 정책 가져오기',
    user: '사용자 정책 가져오기',
    project: '프로젝트 정책 가져오기',
  },
  importHelp:
    '내보내기와 같은 형식입니다. 첫 줄은 제목이고 한 줄에 정책 하나입니다. 빈 칸은 제한 없음이고, 열이 없는 값과 파일에 없는 정책은 그대로 둡니다.',
  importSeen: (created, changed, same) => `${created}개 생성, ${changed}개 변경, ${same}개 그대로`,
  importNobody: '바뀌는 정책을 따르는 대상이 없습니다.',
  importChanged: (kind, count, over) => {
    const follow = count === 0 ? '따르는 대상 없음' : `${followers[kind]} ${count}개에 적용`
    return over === 0 ? follow : `${follow}, 그 가운데 ${over}개는 새 한도 초과`
  },
  importApply: count => `정책 ${count}개 가져오기`,
  imported: (created, changed) => `가져왔습니다: ${created}개 생성, ${changed}개 변경`,
}
