package form

// Decides are the questions on whose answers depends what else stands on their own page, by id and in order: which
// questions and groups show, which must be answered, and what is computed.
func (p *Page) Decides() []string {
	looked := map[string]bool{}
	for _, part := range p.Parts {
		part.Show.looks(looked)
		for _, q := range part.Questions {
			q.Show.looks(looked)
			q.Required.looks(looked)
			q.Value.looks(looked)
		}
	}
	var ids []string
	for _, part := range p.Parts {
		for _, q := range part.Questions {
			if looked[q.ID] && q.Kind != Computed {
				ids = append(ids, q.ID)
			}
		}
	}
	return ids
}

// looks notes the questions that a condition looks at.
func (c *Cond) looks(at map[string]bool) {
	if c == nil {
		return
	}
	if c.of != nil {
		at[c.of.ID] = true
	}
	for _, part := range c.parts {
		part.looks(at)
	}
}

// looks notes the questions that a value is computed from.
func (e *Expr) looks(at map[string]bool) {
	if e == nil {
		return
	}
	at[e.id] = true
	e.when.looks(at)
	for _, part := range e.parts {
		part.looks(at)
	}
}
