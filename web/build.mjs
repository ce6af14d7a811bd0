// Makes the page of the report: packages by the lock file, one bundle, one HTML file with a gap for the data.
// node web/build.mjs OUT.html WORK_FOLDER   (called by the build; nothing is written outside these two)
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [out, work] = process.argv.slice(2).map((path) => resolve(path));
const web = dirname(fileURLToPath(import.meta.url));
const lock = join(web, 'package-lock.json');
const installed = join(work, 'installed-lock.json'); // written last: a broken install is done again

mkdirSync(work, { recursive: true });
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== readFileSync(lock, 'utf8')) {
  copyFileSync(join(web, 'package.json'), join(work, 'package.json'));
  copyFileSync(lock, join(work, 'package-lock.json'));
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: work, stdio: 'inherit' });
  if (npm.status !== 0) {
    console.error('web/build.mjs: npm ci failed; the report needs uplot, d3-geo and esbuild from the npm registry');
    process.exit(1);
  }
  copyFileSync(lock, installed);
}

const esbuild = createRequire(join(work, 'package.json'))('esbuild');
const bundle = (entry) => esbuild.buildSync({
  entryPoints: [join(web, 'src', entry)], bundle: true, minify: true, write: false, format: 'iife', target: 'es2020',
  nodePaths: [join(work, 'node_modules')], legalComments: 'inline', charset: 'utf8', logLevel: 'warning',
}).outputFiles[0].text.trim();

const parts = { style: bundle('style.css'), script: bundle('main.js') };
const page = readFileSync(join(web, 'src', 'page.html'), 'utf8')
  .replace(/<!--(style|script)-->/g, (_, name) => parts[name]);
if (page.split('<!--data-->').length !== 2) {
  console.error('web/build.mjs: the page needs exactly one <!--data-->');
  process.exit(1);
}
writeFileSync(out, page);
