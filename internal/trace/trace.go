// Package trace tells a receiver of OpenTelemetry what the program does and how long it takes: a span
// for each request, write transaction and job. A span names kinds of things, never one of them: no
// path, tenant, person, address or text. Until Open is called nothing is made and nothing is sent.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// sendTime is how long a receiver may take; what it does not take is dropped after a few tries.
const sendTime = 10 * time.Second

// tracer makes the spans; nil while nobody receives them.
var tracer atomic.Pointer[trace.Tracer]

// Span is a piece of work that takes time. The zero Span is nobody's.
type Span struct{ span trace.Span }

// Start begins a piece of work of a kind, within the one that ctx is of.
func Start(ctx context.Context, kind string) (context.Context, Span) {
	t := tracer.Load()
	if t == nil {
		return ctx, Span{}
	}
	ctx, s := (*t).Start(ctx, kind)
	return ctx, Span{s}
}

// Rename gives the span the kind that was found out on the way.
func (s Span) Rename(kind string) {
	if s.span != nil {
		s.span.SetName(kind)
	}
}

// Text and Number note what kind of work it was: a value of a short list, never one of somebody's.
func (s Span) Text(name, value string) {
	if s.span != nil {
		s.span.SetAttributes(attribute.String(name, value))
	}
}

// Number is Text for a number.
func (s Span) Number(name string, value int64) {
	if s.span != nil {
		s.span.SetAttributes(attribute.Int64(name, value))
	}
}

// End ends the work. Of a failure the span only says that it was one: words of an error may tell of
// somebody, and stand in the log.
func (s Span) End(failed bool) {
	if s.span == nil {
		return
	}
	if failed {
		s.span.SetStatus(codes.Error, "")
	}
	s.span.End()
}

// Open sends spans to an address of OTLP over HTTP from now on, until the function that it returns is
// called, which sends what is left. A receiver that is away holds up nobody.
func Open(ctx context.Context, endpoint, version string, log *slog.Logger) (stop func(context.Context) error, err error) {
	if _, err := url.Parse(endpoint); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithTimeout(sendTime))
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not received", "err", err) }))
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "voordeur"), attribute.String("service.version", version))))
	t := provider.Tracer("voordeur")
	tracer.Store(&t)
	return func(ctx context.Context) error {
		tracer.Store(nil)
		return provider.Shutdown(ctx)
	}, nil
}
