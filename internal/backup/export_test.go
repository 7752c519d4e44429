package backup

// Encode writes a manifest as a backup's own is written.
var Encode = Manifest.encode
