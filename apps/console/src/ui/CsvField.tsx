import { Anchor, FileInput } from '@mantine/core'
import { useState } from 'react'
import { usePageWords } from '../words/page-words.ts'
import { readText } from './read-text.ts'

/** A CSV file of this computer, read as text; empty while none is chosen. `template`: one to begin with. */
export function CsvField({
  help,
  template,
  onChange,
}: {
  help: string
  template?: { readonly name: string; readonly text: string }
  onChange: (csv: string) => void
}) {
  const { w } = usePageWords()
  const [problem, setProblem] = useState<string>()
  const read = async (file: File | null): Promise<void> => {
    const text = file && readText(await file.arrayBuffer())
    setProblem(text === undefined ? w.many.notUtf8 : undefined)
    onChange(text ?? '')
  }
  return (
    <>
      <FileInput
        label={w.many.file}
        description={help}
        placeholder={w.many.chooseFile}
        accept=".csv,.tsv,.txt,text/csv"
        clearable
        clearButtonProps={{ 'aria-label': w.table.clear }}
        error={problem}
        onChange={file => {
          void read(file)
        }}
      />
      {template && (
        <Anchor
          size="sm"
          href={`data:text/csv;charset=utf-8,${encodeURIComponent(template.text)}`}
          download={template.name}
        >
          {w.many.template}
        </Anchor>
      )}
    </>
  )
}
