// `npm start` builds first: on its standard output there is only what the command prints.
import { build } from 'tsdown';

await build({ logLevel: 'error' });
