// Publishes a text to Driftline, as Avro with the schema that the registry has.
// Usage: node publish.js BROKER REGISTRY TOPIC ID SOURCE TEXT
const { Kafka, logLevel } = require('kafkajs')
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry')

const [broker, registryUrl, topic, id, source, text] = process.argv.slice(2)

async function main() {
  const registry = new SchemaRegistry({ host: registryUrl })
  const schema = await registry.getLatestSchemaId(topic + '-value')
  const value = await registry.encode(schema, {
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
