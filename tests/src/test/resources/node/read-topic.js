// A stranger's consumer: reads committed records of an Avro topic from its beginning and prints each as a line of JSON.
// Usage: node read-topic.js BROKER REGISTRY TOPIC RECORDS
const { Kafka, logLevel, CompressionTypes, CompressionCodecs } = require('kafkajs')
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry')
const lz4 = require('lz4js')

// KafkaJS leaves every compression but gzip to others.
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: encoder => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: buffer => Buffer.from(lz4.decompress(buffer)),
})

const [broker, registryUrl, topic, records] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'stranger', brokers: [broker], logLevel: logLevel.ERROR })
const registry = new SchemaRegistry({ host: registryUrl })
const consumer = kafka.consumer({ groupId: 'stranger-' + process.pid, readUncommitted: false })

async function main() {
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let left = Number(records)
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, event => reject(event.payload.error))
    consumer.run({
      eachMessage: async ({ message }) => {
        const value = await registry.decode(message.value)
        console.log(JSON.stringify({ key: message.key.toString(), value }))
        if (--left === 0) resolve()
      },
    })
  })
  await consumer.disconnect()
}

main().then(
  () => process.exit(0),
  error => {
    console.error(error)
    process.exit(1)
  }
)
