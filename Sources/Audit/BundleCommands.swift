/// What somebody without any verifier types into a shell to check an unpacked bundle.
enum BundleCommands {
  /// An Ed25519 public key in DER (RFC 8410 section 4) is the same 12 bytes before every key.
  static let signature = #"""
    ordner=$(mktemp -d)
    { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
      cut -d+ -f3- verifier.key | base64 -d | tail -c 32; } > "$ordner/schluessel.der"
    sed '/^$/,$d' checkpoint > "$ordner/text"
    name=$(head -n 1 checkpoint)
    kennung=$(cut -d+ -f2 verifier.key)
    grep -F -- "— $name " checkpoint | cut -d' ' -f3 | while read -r zeile; do
      [ "$(printf '%s' "$zeile" | base64 -d | head -c 4 | od -An -v -tx1 | tr -d ' \n')" = "$kennung" ] || continue
      printf '%s' "$zeile" | base64 -d | tail -c 64 > "$ordner/signatur"
      openssl pkeyutl -verify -pubin -keyform DER -inkey "$ordner/schluessel.der" -rawin \
        -in "$ordner/text" -sigfile "$ordner/signatur"
    done
    """#

  /// The two kinds of hashes of RFC 6962 section 2.1, in hexadecimal digits.
  static let hashing = #"""
    blatt() { { printf '\0'; printf '%s' "$1"; } | sha256sum | cut -c 1-64; }
    knoten() { { printf '\1'; printf "$(printf '%s' "$1$2" | sed 's/../\\x&/g')"; } | sha256sum | cut -c 1-64; }
    hexadezimal() { base64 -d | od -An -v -tx1 | tr -d ' \n'; }
    feld() { printf '%s' "$2" | grep -o "\"$1\":\"[0-9a-f]*\"" | head -n 1 | cut -d'"' -f4; }
    wurzel=$(sed -n 3p checkpoint | hexadezimal)
    groesse=$(sed -n 2p checkpoint)
    """#

  static let chain = #"""
    hashwerte=()
    vorgaenger=$(printf '0%.0s' {1..64})
    while IFS= read -r zeile; do
      [ "$(feld previoushash "$zeile")" = "$vorgaenger" ] || echo "Kette gebrochen vor Datensatz ${#hashwerte[@]}"
      vorgaenger=$(blatt "$zeile")
      hashwerte+=("$vorgaenger")
    done < <(cat log/*.ndjson)
    [ "${#hashwerte[@]}" = "$groesse" ] || echo "${#hashwerte[@]} statt $groesse Datensätze"
    while [ "${#hashwerte[@]}" -gt 1 ]; do
      oben=()
      for ((i = 0; i + 1 < ${#hashwerte[@]}; i += 2)); do
        oben+=("$(knoten "${hashwerte[i]}" "${hashwerte[i + 1]}")")
      done
      [ $((${#hashwerte[@]} % 2)) = 0 ] || oben+=("${hashwerte[-1]}")
      hashwerte=("${oben[@]}")
    done
    [ "${hashwerte[0]}" = "$wurzel" ] && echo "Die Wurzel stimmt." || echo "Die Wurzel stimmt NICHT."
    """#

  /// RFC 9162 section 2.1.3.2.
  static let inclusion = #"""
    while IFS= read -r zeile; do
      nummer=$(feld sequence "$zeile")
      stelle=$((10#$nummer))
      letzte=$((groesse - 1))
      hashwert=$(blatt "$zeile")
      while read -r nachbar; do
        nachbar=$(printf '%s' "$nachbar" | hexadezimal)
        if [ $((stelle % 2)) = 1 ] || [ "$stelle" = "$letzte" ]; then
          hashwert=$(knoten "$nachbar" "$hashwert")
          while [ $((stelle % 2)) = 0 ] && [ "$stelle" != 0 ]; do
            stelle=$((stelle / 2))
            letzte=$((letzte / 2))
          done
        else
          hashwert=$(knoten "$hashwert" "$nachbar")
        fi
        stelle=$((stelle / 2))
        letzte=$((letzte / 2))
      done < <(sed '1,2d;/^$/,$d' "proofs/$nummer.tlog-proof")
      [ "$hashwert" = "$wurzel" ] && echo "$nummer stimmt" || echo "$nummer stimmt NICHT"
    done < records.ndjson
    """#

  static let documents = #"""
    sha256sum documents/sha256/*/* | while read -r hashwert datei; do
      [ "documents/sha256/${hashwert:0:2}/${hashwert:2}" = "$datei" ] || echo "$datei ist verändert"
    done
    """#
}
