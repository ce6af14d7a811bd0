// agentscript's cascade beside ours: the rule of bench/cascade on a random network of the same law.
//
//     node agentscript-cascade.mjs PERSONS TIES SEEDS SEED
//
// Each round everybody who has not adopted looks at his neighbours (kept in arrays, which is quicker than asking the links anew),
// and all adopt at once. Prints lines of a name and a number; `edges` are those looked at.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

// The package lies where `make bench` put it: in node_modules of the folder it is started from.
const require = createRequire(pathToFileURL(process.cwd() + '/'))
const folder = require.resolve('agentscript/package.json').replace(/package\.json$/, '')
// It makes a canvas when it is loaded, for pictures that nobody draws here.
globalThis.OffscreenCanvas ??= class { getContext() { return {} } }
const { Model } = await import(pathToFileURL(folder + 'dist/agentscript.js'))

const [persons, ties, seeds, seed] = process.argv.slice(2).map(Number)
let state = BigInt(seed) * 2654435761n + 1n
function uniform() { // splitmix64
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn
    return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53
}

class Cascade extends Model {
    setup() {
        this.turtles.create(persons, turtle => { turtle.adopted = false })
        const edges = Math.round(persons * ties / 2)
        for (let i = 0; i < edges; i++) {
            const a = Math.floor(uniform() * persons), b = Math.floor(uniform() * persons)
            if (a !== b) this.links.createOne(this.turtles[a], this.turtles[b])
        }
        this.turtles.ask(turtle => {
            turtle.neighbours = Array.from(turtle.links, link => link.otherEnd(turtle))
        })
        for (let done = 0; done < seeds;) {
            const turtle = this.turtles[Math.floor(uniform() * persons)]
            if (!turtle.adopted) { turtle.adopted = true; done++ }
        }
    }
    step() {
        const adopting = []
        this.turtles.ask(turtle => {
            if (turtle.adopted) return
            let adopted = 0
            this.edges += turtle.neighbours.length
            for (const other of turtle.neighbours) adopted += other.adopted ? 1 : 0
            if (adopted > 0 && 100 * adopted >= 18 * turtle.neighbours.length) adopting.push(turtle)
        })
        for (const turtle of adopting) turtle.adopted = true
        this.joined = adopting.length
    }
}

const seconds = began => Number(process.hrtime.bigint() - began) / 1e9
const model = new Cascade({ minX: 0, maxX: 1, minY: 0, maxY: 1 })
let began = process.hrtime.bigint()
model.setup()
const { version } = JSON.parse(readFileSync(folder + 'package.json'))
console.log(`version ${version}\nbuild_s ${seconds(began)}`)
began = process.hrtime.bigint()
let rounds = 0
model.edges = 0
do { model.step(); rounds++ } while (model.joined > 0)
console.log(`run_s ${seconds(began)}\nrounds ${rounds}\nedges ${model.edges}\nadopters ${model.turtles.filter(turtle => turtle.adopted).length}`)
console.log(`peak_rss_bytes ${process.resourceUsage().maxRSS * 1024}`)
