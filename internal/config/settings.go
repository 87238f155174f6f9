package config

// Storage is where data is; every command that touches data has these settings.
type Storage struct {
	Dir         string `default:"./data"      help:"Folder for the database file, photos and keys." setting:""`
	Database    string `help:"Database: sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME; the file plainclothes.db in the folder unless set." placeholder:"URL" setting:"secret"`
	S3Endpoint  string `help:"Keep photos in an S3-compatible store at this address instead of the folder: https://HOST." name:"s3-endpoint" placeholder:"URL" setting:""`
	S3Bucket    string `help:"Bucket for photos; it must exist." name:"s3-bucket" placeholder:"NAME" setting:""`
	S3Region    string `default:"us-east-1"   help:"Region of the object store." name:"s3-region" setting:""`
	S3Prefix    string `help:"Written before the name of every photo in the bucket, such as photos/." name:"s3-prefix" setting:""`
	S3AccessKey string `help:"Name of the object store's key." name:"s3-access-key" placeholder:"KEY" setting:"secret"`
	S3SecretKey string `help:"The object store's key." name:"s3-secret-key" placeholder:"KEY" setting:"secret"`
	ReceiptKey  string `help:"Key that signs receipts: 32 bytes in base64, as openssl rand -base64 32 makes them; one for all instances that share a database. Made in the folder on the first start unless set." placeholder:"TEXT" setting:"secret"`
}

// Server is how the program is reached.
type Server struct {
	Addr           string   `default:"127.0.0.1:8080" help:"Address to listen on, HOST:PORT." setting:""`
	URL            string   `help:"Address that people type, such as https://lists.example.com; http://localhost:PORT unless set. With https browsers are told never to come back without it (HSTS)." name:"url" placeholder:"URL" setting:""`
	TLSCert        string   `help:"File with the certificate, to serve https without a proxy before it." name:"tls-cert" placeholder:"FILE" setting:""`
	TLSKey         string   `help:"File with the certificate's key." name:"tls-key" placeholder:"FILE" setting:""`
	TrustedProxies []string `help:"Addresses or networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8." placeholder:"NETWORK" setting:""`
	Rate           string   `default:"50" help:"Requests a second that one address may send for long, and six times as many at once; more for programs that send reports in bulk." placeholder:"NUMBER" setting:""`
	MetricsAddr    string   `help:"Address on which /metrics answers everybody, HOST:PORT; this machine may always ask on the main address." placeholder:"ADDR" setting:""`
	Secret         string   `help:"Key of at least 32 characters that protects messages waiting to be sent; one for all instances that share a database. Made in the folder on the first start unless set." placeholder:"TEXT" setting:"secret"`
}

// Mail is how messages leave; without a host nothing is sent, and links are shown to those who make them.
type Mail struct {
	SMTPHost     string `help:"Mail server; without one nothing is sent." name:"smtp-host" placeholder:"HOST" setting:""`
	SMTPPort     string `default:"587"      help:"Its port." name:"smtp-port" setting:""`
	SMTPTLS      string `default:"starttls" help:"starttls, tls or none." name:"smtp-tls" setting:""`
	SMTPUser     string `help:"User name at the mail server." name:"smtp-user" placeholder:"NAME" setting:""`
	SMTPPassword string `help:"Password at the mail server." name:"smtp-password" placeholder:"TEXT" setting:"secret"`
	SMTPFrom     string `help:"Sender of messages, such as lists@example.com." name:"smtp-from" placeholder:"ADDRESS" setting:""`
}

// Log is what is written to standard error.
type Log struct {
	LogLevel  string `default:"info" help:"debug, info, warn or error." setting:""`
	LogFormat string `default:"text" help:"text or json." setting:""`
}

// Serve is every setting of a server.
type Serve struct {
	Storage `embed:""`
	Server  `embed:"" group:"Server"`
	Mail    `embed:"" group:"Mail"`
	Log     `embed:"" group:"Log"`
}
