// Reads the scores of a topic and prints each as a line of JSON. Started again with the same GROUP, it goes on where it was.
// Usage: node read-scores.js BROKER REGISTRY TOPIC GROUP [HOW_MANY]
const { Kafka, logLevel } = require('kafkajs')
const { AvroDeserializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry')

const [broker, registryUrl, topic, groupId, howMany] = process.argv.slice(2)
const registry = new SchemaRegistryClient({ baseURLs: [registryUrl] })
const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, {})
const kafka = new Kafka({ clientId: groupId, brokers: [broker], logLevel: logLevel.ERROR })
// KafkaJS reads committed records only, unless it is told otherwise.
const consumer = kafka.consumer({ groupId })

function print(score) {
  const { id, source, tokens, perplexity, bits_per_token, unknown_rate } = score
  console.log(JSON.stringify({ id, source, tokens, perplexity, bits_per_token, unknown_rate }))
}

async function main() {
  let left = Number(howMany ?? Infinity)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise((resolve, reject) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
    consumer.on(consumer.events.CRASH, event => reject(event.payload.error))
    consumer.run({
      eachMessage: async ({ message }) => {
        if (message.value === null) return // a tombstone
        print(await deserializer.deserialize(topic, message.value))
        if (--left === 0) {
          consumer.pause([{ topic }]) // what comes after it is left for the next time
          resolve()
        }
      },
    })
  })
  await consumer.disconnect()
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
