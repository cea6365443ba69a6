/** `node <bundle> <backend> <file for the results> [<part of the tests' names>]` */
export const [, , backendName, resultsPath, nameFilter = ''] = process.argv;
