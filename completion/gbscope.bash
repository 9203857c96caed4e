# bash completion for gbscope(1). Made by completion/make from 'gbscope COMMAND --help': change the tables in src/options.c, and make it again.

_gbscope_words()
{
	# shellcheck disable=SC2207 # words without blanks; bash 3 has no mapfile
	COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_gbscope()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	# --option=value comes as three words; the value may be empty yet.
	if [[ $cur == '=' ]]; then
		cur=''
	elif [[ $prev == '=' ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	if [[ $COMP_CWORD -eq 1 ]]; then
		_gbscope_words "report check list show baseline rules fields explain dictionary config --help --version"
		return
	fi
	case ${COMP_WORDS[1]}:$prev in
	report:-f|report:--format) _gbscope_words "json ndjson text"; return ;;
	*:--edition) _gbscope_words "auto 2011 2014 2016 2022"; return ;;
	*:--profile) _gbscope_words "auto rfc3261 gb28181"; return ;;
	*:--sarif-locate) _gbscope_words "frame transcript"; return ;;
	*:--color) _gbscope_words "auto always never"; return ;;
	check:-f|check:--format) _gbscope_words "text json sarif junit gitlab github tap"; return ;;
	*:--fail-on) _gbscope_words "error warning note"; return ;;
	rules:-f|rules:--format|fields:-f|fields:--format|explain:-f|explain:--format) _gbscope_words "json text"; return ;;
	*:-p|*:--passwords|*:-o|*:--output|*:--json|*:--sarif|*:--junit|*:--gitlab|*:--github|*:--tap|*:--dictionary|*:--exchange-timeout|*:--baseline|*:--today|*:--config|*:--set|*:--write|*:--prune|*:--xsd) return ;;
	esac
	case ${COMP_WORDS[1]}:$cur in
	report:-*) _gbscope_words "-p --passwords --strict-passwords -f --format -o --output --json --sarif --junit --gitlab --github --tap --edition --dictionary --profile --exchange-timeout --sarif-locate --baseline --today --allow-incomplete --all-findings --color --config --no-config --set -q --quiet -v --verbose -h --help -V --version" ;;
	check:-*) _gbscope_words "-p --passwords --strict-passwords -f --format -o --output --json --sarif --junit --gitlab --github --tap --edition --dictionary --profile --exchange-timeout --fail-on --sarif-locate --exit-zero --baseline --today --allow-incomplete --allow-empty --all-findings --config --no-config --set -q --quiet -v --verbose -h --help -V --version" ;;
	list:-*) _gbscope_words "-p --passwords --strict-passwords -o --output --edition --dictionary --profile --exchange-timeout --allow-incomplete --config --no-config --set -q --quiet -v --verbose -h --help -V --version" ;;
	show:-*) _gbscope_words "-p --passwords --strict-passwords -o --output --edition --dictionary --profile --exchange-timeout --allow-incomplete --color --config --no-config --set -q --quiet -v --verbose -h --help -V --version" ;;
	baseline:-*) _gbscope_words "-p --passwords --strict-passwords --edition --dictionary --profile --exchange-timeout --write --prune --allow-incomplete --allow-empty --config --no-config --set -q --quiet -v --verbose -h --help -V --version" ;;
	rules:-*) _gbscope_words "-f --format -o --output --config --no-config --set -q --quiet -h --help -V --version" ;;
	fields:-*) _gbscope_words "-f --format -o --output --dictionary --config --no-config --set -q --quiet -h --help -V --version" ;;
	explain:-*) _gbscope_words "-f --format -o --output --dictionary --config --no-config --set -q --quiet -h --help -V --version" ;;
	dictionary:-*) _gbscope_words "-o --output --edition --dictionary --xsd --config --no-config --set -q --quiet -h --help -V --version" ;;
	config:-*) _gbscope_words "-o --output --config --no-config --set -q --quiet -h --help -V --version" ;;
	fields:*) _gbscope_words "$(gbscope fields -q 2>/dev/null | awk '{ print $1; if (sub(/^manscdp\.(Control|Query|Notify|Response)\./, "manscdp.", $1) && !seen[$1]++) print $1 }')" ;;
	explain:*) _gbscope_words "$(gbscope rules -q 2>/dev/null | awk '{ print $3 }'; gbscope fields -q 2>/dev/null | awk '{ print $1; if (sub(/^manscdp\.(Control|Query|Notify|Response)\./, "manscdp.", $1) && !seen[$1]++) print $1 }')" ;;
	list:*) [[ $COMP_CWORD -ne 2 ]] || _gbscope_words "dialogs devices exchanges subscriptions notices sessions" ;;
	show:*) [[ $COMP_CWORD -ne 2 ]] || _gbscope_words "device" ;;
	esac
}
# Where nothing else fits: file names.
complete -o default -F _gbscope gbscope
