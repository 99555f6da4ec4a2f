// Publishes a text to Driftline, as Avro with the schema that the registry has.
// Usage: node publish.js BROKER REGISTRY TOPIC ID SOURCE TEXT
const { Kafka, logLevel } = require('kafkajs')
const { AvroSerializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry')

const [broker, registryUrl, topic, id, source, text] = process.argv.slice(2)

async function main() {
  const registry = new SchemaRegistryClient({ baseURLs: [registryUrl] })
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, { useLatestVersion: true, autoRegisterSchemas: false })
  const value = await serializer.serialize(topic, {
    id,
    source,
    text,
    published_at: Date.now(),
    language: 'en',
    attributes: { producer: 'node' },
  })

  const kafka = new Kafka({ clientId: 'publish', brokers: [broker], logLevel: logLevel.ERROR })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  // The source as the key keeps the texts of a source in order.
  const [sent] = await producer.send({ topic, messages: [{ key: source, value }] })
  await producer.disconnect()
  console.log(JSON.stringify({ id, topic, partition: sent.partition, offset: Number(sent.baseOffset) }))
}

main().catch(error => {
  console.error(error)
  process.exitCode = 1
})
