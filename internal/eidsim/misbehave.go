package eidsim

// Misbehaviour is one way in which an answer is wrong; "" is the right answer.
type Misbehaviour string

// What a provider can do wrong.
const (
	LowLevel      Misbehaviour = "level"        // the level is below the one that was asked for
	OtherAudience Misbehaviour = "audience"     // the answer is for somebody else
	Expired       Misbehaviour = "expired"      // the answer was good an hour ago
	Replayed      Misbehaviour = "replay"       // the answer is the one of before
	Unsigned      Misbehaviour = "unsigned"     // nobody signed it
	WrongKey      Misbehaviour = "key"          // a key signed it that is not the provider's
	OtherIssuer   Misbehaviour = "issuer"       // it says that it is another provider's
	OtherState    Misbehaviour = "state"        // it comes back with what another browser was given
	OtherNonce    Misbehaviour = "nonce"        // it answers another request (OpenID Connect)
	OtherRequest  Misbehaviour = "inresponseto" // it answers another request (SAML)
	Never         Misbehaviour = "never"        // the program asks for the answer and gets none
	Failure       Misbehaviour = "server_error" // the provider says that it failed
	Partly        Misbehaviour = "partly"       // it has logged somebody out, and others have not
)
