import type { Service } from '@capstan/contract/service'
import { Tooltip } from '@mantine/core'
import type { Column } from '../ui/column.ts'
import { ImageName } from '../ui/ImageName.tsx'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { slotsText } from '../ui/slot-words.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'
import { ServiceBadge } from './ServiceBadge.tsx'

type ServiceColumn = Column<Service, AllWords>

const name: ServiceColumn = {
  id: 'name',
  header: w => w.service.name,
  isFixed: true,
  sort: 'name',
  filter: { kind: 'text' },
  cell: service => (
    <TextLink
      to="/services/$serviceId"
      params={{ serviceId: service.id }}
      search={true}
      size="sm"
      className="clip"
      display="block"
    >
      {service.name}
    </TextLink>
  ),
}

const replicas: ServiceColumn = {
  id: 'replicas',
  header: w => w.service.replicas,
  cell: service => <ReplicasCell service={service} />,
}

const image: ServiceColumn = {
  id: 'image',
  header: w => w.session.column.image,
  filter: { kind: 'text' },
  cell: service => <ImageName image={service.image} />,
}

const resources: ServiceColumn = {
  id: 'resources',
  header: w => w.service.each,
  cell: service => <ResourcesCell service={service} />,
}

const group: ServiceColumn = {
  id: 'resourceGroup',
  header: w => w.session.column.group,
  cell: service => service.resourceGroup,
}

const owner: ServiceColumn = {
  id: 'userEmail',
  header: w => w.session.column.owner,
  sort: 'userEmail',
  filter: { kind: 'text' },
  cell: service => (
    <div className="clip" style={{ maxWidth: 200 }} title={service.userEmail}>
      {service.userEmail}
    </div>
  ),
}

const created: ServiceColumn = {
  id: 'createdAt',
  header: w => w.session.column.created,
  sort: 'createdAt',
  cell: service => <RelativeTime at={service.createdAt} />,
}

const ended: ServiceColumn = {
  id: 'endedAt',
  header: w => w.session.column.ended,
  cell: service => <RelativeTime at={service.endedAt} />,
}

/** Columns of the list, by which services it holds. */
export const serviceColumns: Readonly<Record<'live' | 'ended', readonly ServiceColumn[]>> = {
  live: [name, replicas, image, resources, created, owner, group],
  ended: [name, image, resources, ended, created, owner, group],
}

function ReplicasCell({ service }: { service: Service }) {
  const { f } = usePageWords()
  const why = reasonText(service.reason, f)
  return (
    <Tooltip label={why} disabled={!why}>
      <div>
        <ServiceBadge service={service} />
        {why && <div className="cell-note clip">{why}</div>}
      </div>
    </Tooltip>
  )
}

function ResourcesCell({ service }: { service: Service }) {
  const { w, f } = usePageWords()
  return <span style={{ whiteSpace: 'nowrap' }}>{slotsText(service.resources, w, f)}</span>
}
