import type { Image } from '@capstan/contract/image'
import { Select, Text } from '@mantine/core'
import { useEffect } from 'react'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { slotsText } from '../ui/slot-words.ts'
import { useWords } from '../words/words.tsx'
import type { SessionFormApi } from './session-form.ts'
import type { useImages } from './useImages.ts'
import { Notice } from '../ui/Notice.tsx'

/** With one container image there is nothing to choose: the nodes' own file systems are for those who ask for them. */
function onlyOne(images: readonly Image[]): Image | undefined {
  const containers = images.filter(image => image.runtime === 'docker')
  const fit = containers.length > 0 ? containers : images
  return fit.length === 1 ? fit[0] : undefined
}

/** What a session runs in: container images, and the nodes' own file systems. */
export function ImageField({
  form,
  images,
}: {
  form: SessionFormApi
  images: ReturnType<typeof useImages>
}) {
  const { w, f } = useWords()
  const items = images.data?.items
  const chosen = items?.find(image => image.id === form.values.imageId)
  const current = form.values.imageId
  const fitting = items ? (onlyOne(items)?.id ?? '') : ''
  // One that another group lacks is chosen no more.
  const isGone = items !== undefined && !chosen && current !== fitting
  const { setFieldValue } = form
  useEffect(() => {
    if (isGone) setFieldValue('imageId', fitting)
  }, [isGone, fitting, setFieldValue])
  if (images.error && !items)
    return (
      <ErrorPanel
        error={images.error}
        onRetry={() => {
          void images.refetch()
        }}
      />
    )
  // Those of another group, until its own are here.
  const isOld = images.isPlaceholderData
  if (items?.length === 0 && !isOld) return <Notice tone="warn">{w.sessionForm.noImages}</Notice>
  const option = (image: Image) => ({
    value: image.id,
    label: image.runtime === 'process' ? w.sessionForm.local : image.reference,
  })
  const groupOf = (runtime: Image['runtime']) =>
    (items ?? []).filter(image => image.runtime === runtime).map(option)
  const byId = new Map(items?.map(image => [image.id, image]))
  const describe = (image: Image): string =>
    w.sessionForm.imageHelp(
      image.apps.map(app => app.name).join(', '),
      slotsText(image.minResources, w, f),
    )
  return (
    <Select
      label={w.sessionForm.image}
      placeholder={w.sessionForm.imagePlaceholder}
      searchable
      allowDeselect={false}
      maxDropdownHeight={320}
      disabled={images.isPending || isOld}
      description={chosen ? describe(chosen) : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={[
        { group: w.sessionForm.container, items: groupOf('docker') },
        { group: w.sessionForm.process, items: groupOf('process') },
      ].filter(group => group.items.length > 0)}
      renderOption={({ option }) => {
        const image = byId.get(option.value)
        return (
          <div>
            <Text size="sm">{option.label}</Text>
            {image && (
              <Text size="xs" c="dimmed">
                {[image.architecture, describe(image)].filter(Boolean).join(' · ')}
              </Text>
            )}
          </div>
        )
      }}
      {...form.getInputProps('imageId')}
    />
  )
}
