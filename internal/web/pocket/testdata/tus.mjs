// Sends photos with tus's own client, as a program of somebody else would. Reads what to do as JSON from standard
// input and writes one line of JSON for each photo: {"name","url","error","sent"}.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const job = JSON.parse(readFileSync(0, 'utf8'))
const tus = createRequire(job.module)('tus-js-client')

function send(photo) {
  return new Promise((done) => {
    const result = { name: photo.name, url: '', error: '', offsets: [] }
    const upload = new tus.Upload(readFileSync(photo.file), {
      endpoint: job.endpoint,
      uploadUrl: photo.url || null,
      metadata: photo.metadata,
      chunkSize: photo.chunk || Infinity,
      overridePatchMethod: photo.override || false,
      retryDelays: Array(60).fill(1),
      headers: job.headers,
      onError(e) {
        result.error = String(e.originalResponse ? e.originalResponse.getStatus() : e)
        result.url = upload.url || ''
        done(result)
      },
      onChunkComplete(_size, offset) {
        result.offsets.push(offset)
        if (photo.stopAt && offset >= photo.stopAt) {
          upload.abort(Boolean(photo.terminate)).then(() => {
            result.url = upload.url
            done(result)
          })
        }
      },
      onSuccess() {
        result.url = upload.url
        done(result)
      },
    })
    upload.start()
  })
}

for (const photo of job.photos) {
  console.log(JSON.stringify(await send(photo)))
}
