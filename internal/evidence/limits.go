package evidence

// Limits of what is taken from a shopper. They bound memory and disk, and are wide enough for every phone's camera.
const (
	MaxPerVisit    = 60         // photos in one visit, removed ones not counted, those on their way counted
	Piece          = 1 << 20    // bytes of an upload that are kept at a time
	MaxUpload      = 20 << 20   // bytes of one uploaded file
	MaxPixels      = 50_000_000 // width × height of an uploaded picture
	MaxSide        = 12_000     // pixels of an uploaded picture's longer side
	LongSide       = 1600       // pixels of a kept picture's longer side
	jpegQuality    = 80         // a photographed receipt stays readable; 150–350 KB a photo
	maxScans       = 64         // of a progressive JPEG; cameras and editors write about ten
	maxDecodeBytes = 400 << 20  // memory that decoding one picture may take
	maxDecoders    = 2          // pictures decoded at the same time
)
