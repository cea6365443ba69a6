// Makes what the package ships beside its code, out of development dependencies: Haar cascades and networks, each with its licence.
import './copy-cascades.mjs';
import './make-networks.mjs';
