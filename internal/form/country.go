package form

import (
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"voordeur/internal/i18n"
)

// countries are the codes of ISO 3166-1.
var countries = strings.Fields(`AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM
GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT
LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN
PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`)

// home is the country of an address that names none.
const home = "NL"

func isCountry(code string) bool {
	_, found := slices.BinarySearch(countries, code)
	return found
}

func tag(l i18n.Lang) language.Tag { return language.Make(string(l)) }

// countryName returns the name of a country in a language.
func countryName(code string, l i18n.Lang) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(tag(l)).Name(region)
}

// Countries returns the countries to choose from, by name in a language; the Netherlands come first.
func Countries(l i18n.Lang) []Option {
	list := make([]Option, 0, len(countries))
	for _, code := range countries {
		list = append(list, Option{code, Text{l: countryName(code, l)}})
	}
	byName := collate.New(tag(l))
	slices.SortFunc(list, func(a, b Option) int {
		switch {
		case a.Value == home:
			return -1
		case b.Value == home:
			return 1
		}
		return byName.CompareString(a.Label[l], b.Label[l])
	})
	return list
}
